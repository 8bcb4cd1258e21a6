"""Which fields a person should look at, what they said of them, and what the corpus shows in consequence."""
