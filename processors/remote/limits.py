"""How long and how large things may be, unless the settings say otherwise; and what visitors are told."""

# For the privacy card of every processor with a remote model.
SENDS_ELSEWHERE = (
    "Your pictures are sent to another server, which was chosen by the person who runs this site, and only its results "
    "come back."
)

DEADLINE_SECONDS = 0.3
SHORTEST_DEADLINE_SECONDS = 0.02
# Below the deadlines of processor hosts, also when a first frame waits for a name and for metadata.
LONGEST_DEADLINE_SECONDS = 1.5
RESPONSE_BYTES = 16 * 1024 * 1024
