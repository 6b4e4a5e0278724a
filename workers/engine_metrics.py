"""Figures of the media engine for Prometheus, of the process they are in."""

from prometheus_client import Counter, Gauge

LOOP_LAG = Gauge("showroom_worker_loop_lag_seconds", "How late the media loop runs, median of ten seconds")
LOOP_LAG_P99 = Gauge(
    "showroom_worker_loop_lag_p99_seconds", "How late the media loop runs at most in 99 of 100 moments"
)
LOOP_LAG_MAX = Gauge("showroom_worker_loop_lag_max_seconds", "The latest that it ran in the last ten seconds")
LOOP_LATE = Gauge("showroom_worker_loop_late", "How often the media loop was more than 5 ms late so far")
SESSIONS_BEGUN = Counter("showroom_worker_sessions_begun_total", "Sessions that this worker has answered")
OFFERS_REFUSED = Counter("showroom_worker_offers_refused_total", "Offers that could not be used", ["code"])
DATAGRAMS_DROPPED = Gauge("showroom_worker_datagrams_dropped", "Datagrams of strangers that were dropped")
PACKETS_DROPPED = Gauge(
    "showroom_worker_packets_dropped", "Packets of visitors that were dropped: too many streams, or too long"
)
UNDECODABLE_FRAMES = Counter(
    "showroom_worker_undecodable_frames_total", "Pictures and pieces of sound that could not be decoded"
)
OVERSIZED_FRAMES = Counter(
    "showroom_worker_oversized_frames_total", "Pictures that were dropped because they say an absurd size"
)
HOSTS = Gauge("showroom_worker_hosts", "Processor hosts of this worker", ["state"])
HOSTS_LOST = Gauge("showroom_worker_hosts_lost", "Processor hosts that crashed or had to be killed")
HOST_ISOLATION = Gauge(
    "showroom_worker_host_isolation", "1 for the level at which processor hosts are kept apart", ["level"]
)
THREADS_ABANDONED = Gauge(
    "showroom_worker_threads_abandoned", "Processor threads that hang and were given up"
)
