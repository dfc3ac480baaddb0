"""The commands: thin, one file per subject, without Textual."""
