"""What the answers of the preflight check say, and how each is mended."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    # A key of ``STATES``.
    state: str
    said: Promise
    fix: Promise | str = ""


STATES: dict[str, Promise] = {
    "green": _("green"),
    "amber": _("amber"),
    "red": _("red"),
    "off": _("does not apply"),
}
MARKS = {"green": "✓", "amber": "!", "red": "✗", "off": "–"}

QUESTIONS: dict[str, Promise] = {
    "settings": _("Do the settings fit a site for visitors?"),
    "database": _("Is the database there and up to date?"),
    "redis": _("Is Redis there?"),
    "workers": _("Are media workers there, with free places?"),
    "isolation": _("Are models and code of others kept apart?"),
    "disk": _("Is there disk space left?"),
    "capacity": _("How many sessions at once?"),
    "tls": _("Is the certificate valid?"),
    "site": _("Does the site answer at its address, and is it ready?"),
    "socket": _("Do websockets work there?"),
    "relay": _("Does the relay give out addresses?"),
    "media": _("Does media get through?"),
    "soak": _("Do packets get lost in the long run?"),
}

UNASKED = _("Not asked, because of an answer above.")
READ_WORKER_LOG = _("Read the log of the media worker.")

ANSWERS: dict[str, Words] = {
    "settings.good": Words("green", _("Yes; Django has nothing to object to.")),
    "settings.local": Words("green", _("Yes, for a site that is opened on this machine only.")),
    "settings.warned": Words(
        "amber",
        _("Django advises: %(advice)s"),
        _("Change the settings that it names, or decide that this does not concern your site."),
    ),
    "settings.debug": Words(
        "red", _("DEBUG is on: visitors read code and settings when something fails."), _("Set DEBUG=False.")
    ),
    "settings.wrong": Words(
        "red",
        _("Django finds errors: %(advice)s"),
        _("Change the settings that it names, then start the site again."),
    ),
    "database.good": Words("green", _("Yes (%(kind)s).")),
    "database.away": Words(
        "red", _("It does not answer: %(error)s"), _("Start it, or correct DATABASE_URL.")
    ),
    "database.old": Words(
        "red",
        _("Migrations that are not applied: %(count)s."),
        _(
            "Run `manage.py migrate`, or start `manage.py serve`, which does it. Is DATABASE_URL the right one?"
        ),
    ),
    "redis.good": Words("green", _("Yes.")),
    "redis.away": Words(
        "red",
        _("It does not answer: %(error)s"),
        _("Start Redis, or correct REDIS_URL, the same for all processes."),
    ),
    "redis.unused": Words("off", _("The whole site is one process and needs none.")),
    "workers.good": Words("green", _("Workers: %(workers)s. Places free: %(free)s of %(places)s.")),
    "workers.full": Words(
        "amber",
        _("No worker has a place free just now. Workers: %(workers)s, places: %(places)s."),
        _("Wait, or start more workers: `manage.py runmediaworker --processes 2`."),
    ),
    "workers.none": Words(
        "red",
        _("No media worker takes sessions."),
        _("Start `manage.py runmediaworker` with the same REDIS_URL; if it runs, read its log."),
    ),
    "workers.unknown": Words(
        "red", _("The list of workers cannot be read: %(error)s"), _("Start Redis, or correct REDIS_URL.")
    ),
    "workers.inside": Words(
        "off", _("The media worker runs inside the site’s process; its address tells whether it is ready.")
    ),
    "isolation.good": Words("green", _("Yes, on the level “%(level)s”.")),
    "isolation.weak": Words(
        "amber",
        _("Only by limits of memory and files: they stay drafts, for nobody but staff."),
        _("Let workers run on Linux where they may make namespaces or use seccomp (docs/deployment.md)."),
    ),
    "isolation.allowed": Words(
        "amber",
        _(
            "Only by limits of memory and files, and ALLOW_WEAK_ISOLATION lets visitors use them all the same."
        ),
        _("Publish only what you trust as your own code, or set ALLOW_WEAK_ISOLATION=False."),
    ),
    "isolation.unknown": Words("off", _("No worker has told yet.")),
    "disk.good": Words("green", _("%(megabytes)s MB are free.")),
    "disk.low": Words(
        "amber",
        _("Only %(megabytes)s MB are free."),
        _("Delete what is not needed; models and recordings are large."),
    ),
    "disk.full": Words(
        "red",
        _("Only %(megabytes)s MB are free: uploads, recordings and the database will fail."),
        _("Make space on this disk."),
    ),
    "disk.away": Words(
        "red",
        _("The folder cannot be read: %(error)s"),
        _("Make it, or correct VAR_DIR and MODELS_DIR; the user of the site must be able to write there."),
    ),
    "capacity.told": Words(
        "green",
        _("The workers declare %(places)s places. `make bench` measures what this machine bears."),
    ),
    "capacity.none": Words("off", _("No worker is there.")),
    "tls.good": Words("green", _("Yes, for %(days)s more days.")),
    "tls.ends": Words(
        "amber", _("It ends in %(days)s days."), _("Renew it, and see why that does not happen by itself.")
    ),
    "tls.own": Words(
        "amber",
        _("It is signed by nobody whom browsers know; they warn every visitor."),
        _("Fine for a try in your own network. Else get a certificate (docs/deployment.md)."),
    ),
    "tls.wrong": Words(
        "red",
        _("Browsers refuse it: %(error)s"),
        _("Install a certificate for this very name that has not ended."),
    ),
    "tls.missing": Words(
        "red",
        _("The address is not https: browsers give no camera to it."),
        _("Set HTTPS=True, or put a proxy with a certificate before the site (docs/deployment.md)."),
    ),
    "tls.local": Words("off", _("On this machine itself browsers give cameras without https, too.")),
    "tls.unasked": Words("off", _("Not asked: nothing answers at this address.")),
    "site.good": Words("green", _("Yes, with %(workers)s media workers.")),
    "site.unready": Words(
        "red",
        _("It answers, but is not ready (database: %(database)s, media workers: %(workers)s)."),
        _("Start what is missing; the site’s own log says more."),
    ),
    "site.other": Words(
        "red",
        _("Something answers, but not this site (status %(status)s)."),
        _("Correct the address, or let the proxy pass everything on to the site."),
    ),
    "site.away": Words(
        "red",
        _("Nothing answers: %(error)s"),
        _("Start the site; else look at name, port and firewall. `--url` says where visitors find it."),
    ),
    "socket.good": Words("green", _("Yes, greeted in %(ms)s ms.")),
    "socket.members": Words("green", _("Yes; guests are sent away, as it is set.")),
    "socket.refused": Words(
        "red",
        _("The upgrade is refused: %(error)s"),
        _(
            "The proxy must pass /ws/ on with the headers Upgrade, Connection, Host and Origin; the name must be in "
            "ALLOWED_HOSTS."
        ),
    ),
    "socket.silent": Words(
        "red",
        _("It opens, but no greeting comes: %(error)s"),
        _("Read the log of the site; is its database there?"),
    ),
    "socket.unasked": Words("off", UNASKED),
    "relay.good": Words("green", _("Yes: %(address)s, in %(ms)s ms.")),
    "relay.none": Words(
        "amber",
        _("There is no relay: visitors whose network blocks UDP get no picture."),
        _(
            "Set up coturn with `manage.py turnconfig`, and set TURN_URLS and TURN_SECRET (docs/deployment.md)."
        ),
    ),
    "relay.unneeded": Words("off", _("There is no relay, and none is needed on this machine alone.")),
    "relay.refused": Words(
        "red",
        _("It refuses the credentials (%(error)s)."),
        _(
            "TURN_SECRET and coturn’s static-auth-secret must be the same, and the clocks of both machines right."
        ),
    ),
    "relay.full": Words(
        "red", _("It has no allocation left (%(error)s)."), _("Wait, or raise coturn’s quotas.")
    ),
    "relay.certificate": Words(
        "red",
        _("Its certificate is refused: %(error)s"),
        _("Give coturn a certificate that browsers know (TURN_CERTIFICATE, TURN_CERTIFICATE_KEY)."),
    ),
    "relay.away": Words(
        "red",
        _("It does not answer: %(error)s"),
        _("Start coturn, correct TURN_URLS, and open its port in the firewall for this protocol."),
    ),
    "relay.wrong": Words(
        "red",
        _("It answers with an error: %(error)s"),
        _("Read coturn’s log; `manage.py turnconfig` writes its settings."),
    ),
    "media.good": Words(
        "green",
        _(
            "Yes, round trip %(rtt_ms)s ms. Candidates of the check: %(own)s; of the media worker: %(worker)s."
        ),
    ),
    "media.no_way": Words(
        "red",
        _("No way was found. Candidates of the check: %(own)s; of the media worker: %(worker)s."),
        _(
            "Open the worker’s UDP ports (WORKER_UDP_PORTS); behind NAT or in a container set WORKER_PUBLIC_ADDRESS."
        ),
    ),
    "media.no_relay_way": Words(
        "red",
        _("No way was found. Candidates of the check: %(own)s; of the media worker: %(worker)s."),
        _(
            "If the relay gives out addresses: correct TURN_WORKER_ADDRESSES and TURN_EXTERNAL_ADDRESS, write coturn’s "
            "settings anew, and open the worker’s UDP ports for the relay."
        ),
    ),
    "media.refused": Words(
        "red",
        _("The site gives no session (%(refusal)s)."),
        _("Start a media worker, or wait for a free place; its log says more."),
    ),
    "media.silent": Words("red", _("The site does not answer: %(error)s"), READ_WORKER_LOG),
    "media.no_account": Words(
        "amber",
        _("Not asked: guests are sent away, and there is no account to try with."),
        _("Name one with `--account NAME`; it must not owe a new password."),
    ),
    "media.insecure": Words(
        "amber",
        _("Not asked: guests are sent away, and an account’s cookie is not sent by this address."),
        _("Use https with a valid certificate."),
    ),
    "media.relay_only": Words("off", _("This site uses the relay only.")),
    "media.unasked": Words("off", UNASKED),
    "soak.good": Words("green", _("%(lost)s of %(sent)s lost in %(seconds)s s.")),
    "soak.some": Words(
        "amber",
        _("%(lost)s of %(sent)s lost in %(seconds)s s."),
        _("Pictures stutter now and then. Look at the load of worker and relay, and at the network between."),
    ),
    "soak.many": Words(
        "red",
        _("%(lost)s of %(sent)s lost in %(seconds)s s."),
        _("Look at the load of worker and relay, at TURN_BYTES_PER_SECOND, and at the network between."),
    ),
    "soak.off": Words("off", _("Not asked for; `--soak 60` does.")),
}
