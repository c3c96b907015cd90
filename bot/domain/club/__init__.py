"""The club's nouns and rules: settings, weeks, nominations, ballots, ratings."""
