"""What hosts and members do with the club: set up, plan, nominate, vote, rate; and what time does."""
