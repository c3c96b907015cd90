"""Time passes: what the alarm clock wakes. Schedules live in rows, never here."""
