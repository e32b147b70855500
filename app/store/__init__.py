"""What a home keeps on disk, under its passphrase."""
