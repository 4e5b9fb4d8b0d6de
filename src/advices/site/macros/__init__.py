"""The macros of the pages, by what they give. Each returns Markdown; `site` registers them."""
