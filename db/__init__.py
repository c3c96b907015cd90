"""PostgreSQL: server, session, tables, queries."""
