"""What this platform tells others: the kinds of events, how they are sent, and the page that describes them."""
