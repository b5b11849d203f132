"""One rule in each file; `rescind.review.rule` finds them."""
