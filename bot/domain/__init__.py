"""Nouns and rules of the club: frozen values and pure functions, standard library only."""
