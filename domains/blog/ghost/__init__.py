"""How a blog comes over from Ghost."""
