"""What Ghost's cards are here: which of its classes is which of our elements."""

CARDS = {
    "kg-bookmark-card": ("figure", "bookmark"),
    "kg-bookmark-content": ("", ""),
    "kg-bookmark-title": ("strong", ""),
    "kg-bookmark-description": ("span", ""),
    "kg-bookmark-metadata": ("small", ""),
    "kg-bookmark-author": ("span", ""),
    "kg-bookmark-publisher": ("span", ""),
    "kg-button-card": ("p", ""),
    "kg-callout-card": ("div", "callout"),
    "kg-callout-emoji": ("span", ""),
    "kg-callout-text": ("div", ""),
    "kg-file-card": ("div", "bookmark"),
    "kg-file-card-contents": ("", ""),
    "kg-file-card-title": ("strong", ""),
    "kg-file-card-caption": ("span", ""),
    "kg-file-card-metadata": ("small", ""),
    "kg-file-card-filename": ("span", ""),
    "kg-file-card-filesize": ("span", ""),
    "kg-gallery-card": ("figure", "gallery"),
    "kg-gallery-container": ("", ""),
    "kg-gallery-row": ("", ""),
    "kg-gallery-image": ("", ""),
    "kg-product-card-title": ("strong", ""),
    "kg-toggle-card": ("details", ""),
    "kg-toggle-heading": ("summary", ""),
    "kg-toggle-heading-text": ("", ""),
    "kg-audio-card": ("", ""),
    "kg-audio-player-container": ("", ""),
    "kg-audio-title": ("p", ""),
    "kg-video-container": ("", ""),
}
"""Class -> element, which is none where it is empty, and a class of ours."""
BUTTONS = frozenset(
    ("kg-btn", "kg-cta-button", "kg-header-card-button", "kg-product-card-button", "kg-product-card-btn-accent")
)
"""Links that look like buttons."""
LEFT_OUT = frozenset(
    (
        "kg-audio-player", "kg-audio-thumbnail", "kg-bookmark-icon", "kg-bookmark-thumbnail", "kg-file-card-icon",
        "kg-product-card-rating", "kg-signup-card", "kg-toggle-card-icon", "kg-video-overlay",
        "kg-video-player-container",
    )
)  # fmt: skip
"""What did something there by a program, or was fetched from elsewhere."""
