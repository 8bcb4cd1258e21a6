"""The document types: one file each, declaring `TYPE`; a file added here is a type known everywhere."""
