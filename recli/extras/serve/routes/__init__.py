"""What is served: a file for each resource, with a `router`; `app` takes all that lie here."""
