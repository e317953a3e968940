"""What holds, what fails, what is missing: tables, never log lines."""
