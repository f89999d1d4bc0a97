"""What is known of a visitor and a page."""
