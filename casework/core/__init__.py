"""What every room stands on: configuration, database, encryption, languages, access, audit."""
