"""The page of neighbourhoods that use services like one of them."""
