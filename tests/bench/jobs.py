"""What servers are asked to do with the pictures, and which of our processors does it."""

OUR_KEYS = {
    "none": "passthrough",
    "invert": "invert",
    "edges": "edges",
    "sleep": "bench-sleep",
    "hosted": "test-hosted-invert",
}
# The slow processor: seconds for each picture.
SLEEP_SECONDS = 0.2
