"""Every button and select of the club, declared in one place; `parts` answers them, `cards` draws them."""

from __future__ import annotations

from cogs.shared.dynamic import Action

NOMINATE = Action("nominate")
"""Of a week: opens the form for an album."""
PITCH = Action("pitch-it")
"""Of a kept album: opens the form around it."""
NOMINATE_NOW = Action("nominate-now")
NOT_IT = Action("not-it")
"""Of a kept album: opens the form to say which album is meant."""
PITCH_TRACK = Action("pitch-track")
"""Of a kept album: chooses the track to start with; the argument is the page of the track list."""
TRACK_PAGE = Action("track-page")
FILL_IN = Action("fill-in")
"""Of a kept text that could not be read: opens the form to say which album is meant."""
CHOOSE_ALBUM = Action("choose-album")
"""Of a kept text that may mean several albums: chooses one of them, or none."""
SEARCH_FURTHER = Action("search-further")
"""Of a kept album: asks every source again, and longer."""
SECOND = Action("second")
EDIT_NOMINATION = Action("edit-nomination")
WITHDRAW_NOMINATION = Action("withdraw-nomination")

CHOOSE_DEMO = Action("choose-demo")
"""Of a demo week: one of the member's own tracks is chosen."""

VOTE = Action("vote")
"""Of a week: opens the ballot."""
PAGE_BALLOT = Action("ballot-page")
"""Of a week: the argument is the page and the numbers chosen so far."""
CHOOSE_RANK = Action("ballot-choose")
SAVE_BALLOT = Action("ballot-save")
WITHDRAW_BALLOT = Action("ballot-withdraw")
PAIRWISE = Action("pairwise")

TRACK = Action("track")
"""Of a week: a track of its guide is chosen, to like or discuss it."""
TRACKS = Action("tracks")
"""Of a week: its tracks to choose from; the argument is the page."""
TELL_TRACKS = Action("tell-tracks")
"""Of a week: opens the form for its album's track list."""
LIKE = Action("like")
"""Of a post; the argument says `on` or `off` on a private card, `undo` below the answer to a public press."""
COMMENT = Action("comment")
"""Of a post: opens the form for a comment."""
COMMENTS = Action("comments")
"""Of a post: what is said about it; the argument is the page on a private card."""
REPLY = Action("reply")
"""Of a post: a comment is chosen to be answered."""
DELETE_COMMENT = Action("delete-comment")
"""Of a post: one of the member's own comments is chosen; the argument is the page."""

RATE = Action("rate")
HEARD = Action("heard")
SCORES = Action("scores")
YOUR_PART = Action("your-part")

JOIN_PARTY = Action("party-join")
"""Of a party, like those below."""
LEAVE_PARTY = Action("party-leave")
BEGIN_PARTY = Action("party-begin")
PAUSE_PARTY = Action("party-pause")
RESUME_PARTY = Action("party-resume")
SKIP_TRACK = Action("party-next")
"""The argument is the position of the track that is meant."""
STOP_PARTY = Action("party-stop")

ADVANCE = Action("advance")
"""Of a week: a host ends the phase that the argument names."""
SETUP_ZONE = Action("setup-zone")
"""Of no row: the argument is what would be saved."""
SAVE_CLUB = Action("club-save")
SCHEDULE_ON = Action("schedule-on")
OPEN_WEEK = Action("week-open")
