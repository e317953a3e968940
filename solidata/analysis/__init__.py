"""Questions asked of the tables: pure functions, frame in, frame out; nothing reads the disk."""
