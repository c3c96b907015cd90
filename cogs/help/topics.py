"""What `/help` says, a topic each."""

from __future__ import annotations

TOPICS: dict[str, tuple[str, str]] = {
    "week": (
        "How a week goes",
        "Members **nominate** albums, **vote** with a ranked ballot, **listen** together, then talk and **rate**. "
        "The week's card in the club's channel always carries the button for what comes next; **Your part** says what "
        "is left for you. `/week show` shows it anywhere.\n"
        "Deadlines pass by themselves. A week with one nomination has its winner unopposed; a week with none is "
        "extended by a day once, then skipped.",
    ),
    "nominate": (
        "Nominating",
        "`/nominate album:` takes a link (Spotify, Apple Music, Deezer, YouTube, Bandcamp, MusicBrainz, Last.fm) or "
        "words like `Low - Double Negative`. You see privately what was understood; then pitch it, or nominate it as "
        "it is. *Apps → Nominate this album* does the same with a message.\n"
        "`/nomination edit` and `/nomination withdraw` work until nominations close. When somebody was faster, "
        "`/nomination second` stands behind theirs. `/shelf add` keeps an album for a later week.",
    ),
    "vote": (
        "Voting",
        "Press **Vote** or type `/vote`. Your ballot is private, and you can change it until the poll closes. With the "
        "usual two choices the first counts 2 points and the second 1. When points are level, most first places "
        "decide, then the duels among the tied, then a draw that anybody can repeat: the result says so.",
    ),
    "rate": (
        "Listening and rating",
        "Rating opens with the winner: press **Rate the album** or type `/rate score:3.5`. Scores go from 1.0 to 5.0 "
        "in half steps; a favourite track and a review are welcome. Rating again replaces. The club's scores show once "
        "you have rated. After the close, late ratings stand beside the official ones.\n"
        "At a **listening party** the album's tracks are posted one by one as they begin: press **Join** to be there.",
    ),
    "albums": (
        "Albums",
        "`/album` shows what is known of an album and what the club made of it: who nominated it when, whether it won, "
        "and how it was rated once that may be seen. Begin to type: words may come in any order, and a slip or two in "
        "a word is forgiven. `public:True` shows the card to everyone.\n"
        "Hosts: `/catalogue merge` makes one album of two entries, `/catalogue split` takes that back.",
    ),
    "accounts": (
        "Linking accounts",
        "`/link lastfm` lets Longplay know what you listen to: log in there, or give your name where your profile is "
        "public. `/link listenbrainz` takes your token in a form, `/link spotify` leads to Spotify's own page. It only "
        "reads. `/accounts` shows how your accounts stand and what needs you; `/unlink` ends it, and asks whether to "
        "keep what was heard.",
    ),
    "import": (
        "Bringing your history",
        "`/import file:` takes your export as you downloaded it: Spotify's account data or extended history (the zip, "
        "too), a Last.fm history as CSV or JSON, or an export of ListenBrainz, Maloja or Koito. You first see what it "
        "would add, then say **Import**. The same play is never counted twice, whatever files you send and how often. "
        "`/import` alone shows how far it is. Where the file names no time zone, `zone:` does.",
    ),
    "listening": (
        "What members hear",
        "Link an account with `/link`, or bring your history with `/import`. Then `/np` shows what you hear now and "
        "who else here knows it, `/recent` your last plays, `/top artists`, `/top albums` and `/top tracks` what you "
        "heard most: in the last week, month, quarter, half or year, in a month or a year by name, or in all. `/plays` "
        "counts them and foresees the next round number, `/streak` the days in a row. Each takes `member:` for "
        "somebody else, and `private:True` shows it to you alone.\n"
        "`/whoknows artist`, `album` and `track` list who in the club has heard something; without a name it is what "
        "you hear now, or the week's album. `/club charts` tells what the club heard most in a week, and what moved.\n"
        "Days begin at midnight in the club's time zone; `/timezone` names another one for yours. Of whoever hides "
        "what they hear, nothing is shown to others.",
    ),
    "following": (
        "Following members",
        "`/follow` a member, and what they rate, win, discover and reach shows in your `/feed`: a quiet list of the "
        "last 30 days that only you see. Scores of a running week show once you have rated it yourself. `/unfollow` "
        "ends it; nobody is told.\n"
        "`/following` shows whom you follow and who follows you, to you alone; there you remove a follower, who then "
        "cannot come back until you let them. With `/privacy visibility who:followers` only your followers see what "
        "you hear, and new ones ask you first.",
    ),
    "recommendations": (
        "What to hear next",
        "`/recommend` shows you alone albums that you have not heard, each with why: the club rated it highly, members "
        "close to you love it, you hear its artist, it is near what you love, or somebody nominated it whose picks you "
        "rate well. **More like this**, **Not for me** and **Heard it** change the next list; **Take it back** undoes "
        "the last. `/recommend letter:on` has it written to you every Friday afternoon, `letter:off` ends that. Who "
        "hides what they hear is named in no reason.\n"
        "Hosts: `/club suggestions` shows what several members love and nobody has nominated; **Nominate** begins the "
        "usual way.",
    ),
    "playlists": (
        "Playlists",
        "`/playlist create` makes one, `/playlist add` puts a track in: of the club's albums, or one that you heard. "
        "*Apps → Add to playlist* takes the track of a message; on a guide's card it asks which. `/playlist move` and "
        "`/playlist remove` order it, `/playlist edit` names it anew or makes it private, `/playlist show` opens it.\n"
        "`/playlist share` posts it for everybody, and that message follows its changes. The club keeps lists of its "
        "own: what each week's nominees say to hear first, the week's favourites, and a track of every winner.\n"
        "`/blend` makes one of what you and another member love: first what you both do, then in turn what each loves "
        "and the other has not heard. `/catchup` has the winners that you neither rated nor heard. Either is a list "
        "of yours like any other, and **Make it anew** brings it up to date.\n"
        "`/playlist export` puts a list into your Spotify account, which asks you first; export it again, and that "
        "same one there follows. `/playlist links` hands it over as a text with links to every service.",
    ),
    "memory": (
        "Your memory of tracks",
        "What you do with a track is remembered silently, for you alone: nominated, pitched, voted for as your ballot "
        "stood at the close, won, rated (never the score), favourite, commented, put into a playlist, heard for the "
        "first and the hundredth time. `/memory track` shows it, `/memory note` adds your own words, `/memory forget` "
        "lets all of it go, `/memory export` hands it to you. It is used for nothing else: no taste, no match, no "
        "list. `/track story` tells what the club knows in public, and nothing from anybody's memory.\n"
        "`/idea add` keeps a thought, `/idea anchor` says to which track it belongs. `/pitch draft` keeps words for "
        "later: those of a track fill the form when you nominate its album. `/milestone add` marks a day, and reminds "
        "you in private where you want.",
    ),
    "demos": (
        "Your own music",
        "`/demo share file:` puts an MP3, WAV or FLAC of yours into your library: it is heard to its end, measured, "
        "and kept once. Then post it, add it to a playlist, or keep it. Without a file you get a page that takes up "
        "to 50MB. `/demo version` adds a new take, `/demo library` shows what is there, `/demo edit` changes what is "
        "said of it. `/demo private` keeps a track to yourself: where it was posted, its place alone stays. `/demo "
        "delete` leaves a week to bring it back. A posted track takes likes, answers and notes at a moment (`1:23`).\n"
        "Before your first post you say that you may share what you made. **Report** hides a track until a host has "
        "looked: `/demo reports`.",
    ),
    "pictures": (
        "Pictures",
        "`/chart` makes a collage of the albums or artists heard most: `size:` from 2x2 to 10x10, any `period:`, with "
        "or without names, and `skip:True` leaves out what has no cover. **Edit** below it opens every option again. "
        "`/picture` shows the hours of your day, the days of your year, or your genres over time. `look:` is dark or "
        "light. What a picture shows stands in words beside it; a week's recap comes with a poster.",
    ),
    "taste": (
        "Taste",
        "`/taste` shows what you love, or `member:` does: artists, genres, decades, countries, the hours of the week, "
        "and three figures. **Novelty** is how much goes to artists first heard in that time, **loyalty** how much to "
        "the ten strongest, **obscurity** how few others here know them. Its buttons show another time; in *All time* "
        "what was heard a year ago weighs half. Below 50 plays of 10 artists it says that it is incomplete.\n"
        "`/compare` says how close two members are, why, and what each has not heard; `/neighbours` who is closest. An "
        "ordinary pair of the club stands at about 50. Whoever hides what they hear is matched with nobody.",
    ),
    "reminders": (
        "Reminders",
        "Before a deadline there is one reminder in the thread, never at night. `/reminders role:on` takes the role it "
        "mentions; `/reminders dm:on` sends you a private message, only while something is left for you to do.",
    ),
    "hosts": (
        "For hosts",
        "Hosts have the club's host role or Manage Server. `/club setup` starts the club, `/club settings` and `/club "
        "schedule` change it. `/week open` opens a week now, `/week plan` one ahead; `/week extend` moves a deadline, "
        "`/week advance` ends a phase, `/week cancel` and `/week reopen` take back. `/week pick` names the album where "
        "hosts pick, `/nomination remove` takes one out of the race; `/party start` plays the album to everybody at "
        "once. `/club pause` and `/club skip` make room for holidays. `/week summary` shows what is stuck; `/week "
        "resync` tries it again. Nobody, not even a host, sees who voted for what.",
    ),
    "privacy": (
        "What Longplay knows",
        "It reads no messages: only commands, buttons and forms reach it, and a message you hand it with *Nominate "
        "this album*. It keeps your Discord name, what you nominate, vote and rate, and what linked accounts tell. "
        "Ballots are shown to nobody. `/club leave` takes you off turnout and lists; what you gave stays as a former "
        "member's.\n"
        "`/privacy show` says what is kept of you, `/privacy visibility` who sees what you hear: your clubs, your "
        "followers, or you alone. `/privacy export` hands you everything as files. `/privacy delete` forgets you, in "
        "every club and for good: what you gave stays without your name, or goes as far as results stay right.\n"
        "The week's card of who has heard the album names only those who press **Show my listening** there.",
    ),
}
"""Topic → title and text; the first one is shown when none is asked for."""
