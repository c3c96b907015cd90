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
SECOND = Action("second")
EDIT_NOMINATION = Action("edit-nomination")
WITHDRAW_NOMINATION = Action("withdraw-nomination")

VOTE = Action("vote")
"""Of a week: opens the ballot."""
PAGE_BALLOT = Action("ballot-page")
"""Of a week: the argument is the page and the numbers chosen so far."""
CHOOSE_RANK = Action("ballot-choose")
SAVE_BALLOT = Action("ballot-save")
WITHDRAW_BALLOT = Action("ballot-withdraw")
PAIRWISE = Action("pairwise")

RATE = Action("rate")
HEARD = Action("heard")
SCORES = Action("scores")
YOUR_PART = Action("your-part")

ADVANCE = Action("advance")
"""Of a week: a host ends the phase that the argument names."""
SETUP_ZONE = Action("setup-zone")
"""Of no row: the argument is what would be saved."""
SAVE_CLUB = Action("club-save")
SCHEDULE_ON = Action("schedule-on")
OPEN_WEEK = Action("week-open")
