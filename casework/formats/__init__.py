"""What comes in and goes out as files: tables, the directory's exchange format."""
