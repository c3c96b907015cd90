"""A loopback Discord: the REST and gateway surface that the unmodified client library talks to."""
