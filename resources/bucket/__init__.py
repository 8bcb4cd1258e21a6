"""A bucket others put documents into: its listing, its notifications, and what its objects are."""
