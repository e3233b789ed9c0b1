"""The notebooks of docs/notebooks: executed, and made into pages for people who only look."""
