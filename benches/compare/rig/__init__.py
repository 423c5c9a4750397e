"""What `logins.py` is made of: prepared programs, servers, load, measures, and the table."""
