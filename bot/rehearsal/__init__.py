"""The rehearsal: whole club weeks played against doubles of the outside world."""
