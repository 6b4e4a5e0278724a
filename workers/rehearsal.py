"""A negotiation with ourselves before the first visitor comes.

The first one of a process costs 15 ms of the loop's time: modules are imported and expressions compiled when aiortc
first makes a certificate and reads an offer. Nothing is bound or sent here.
"""

from aiortc import RTCConfiguration, RTCPeerConnection


async def rehearse() -> None:
    visitor, worker = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    visitor.createDataChannel("rehearsal")
    for kind in ("video", "audio"):
        visitor.addTransceiver(kind)
    try:
        await worker.setRemoteDescription(await visitor.createOffer())
        await worker.createAnswer()
    finally:
        await visitor.close()
        await worker.close()
