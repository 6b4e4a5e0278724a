// A room: reads the page's facts, builds the parts, joins them by events. No part knows another.
import { Announcer } from "./announcer.js";
import { Devices } from "./devices.js";
import { Level } from "./level.js";
import { MediaSource } from "./media_source.js";
import { Notices } from "./notices.js";
import { joinChat } from "./room_chat.js";
import { joinComings } from "./room_comings.js";
import { joinConnection } from "./room_connection.js";
import { joinDevices } from "./room_devices.js";
import { joinFigures } from "./room_figures.js";
import { joinInvite } from "./room_invite.js";
import { joinMarks } from "./room_marks.js";
import { joinModeration } from "./room_moderation.js";
import { joinMore } from "./room_more.js";
import { People } from "./room_people.js";
import { joinPeopleList } from "./room_people_list.js";
import { joinPrejoin } from "./room_prejoin.js";
import { joinProcessors } from "./room_processors.js";
import { joinScreen } from "./room_screen.js";
import { joinRecording } from "./room_recording.js";
import { joinRename } from "./room_rename.js";
import { RoomSession } from "./room_session.js";
import { Side } from "./room_side.js";
import { joinSlow } from "./room_slow.js";
import { Sounds } from "./room_sounds.js";
import { joinStates } from "./room_states.js";
import { joinTiles } from "./room_tiles.js";
import { offerToTools } from "./room_tools.js";
import { joinView } from "./room_view.js";
import { Signalling } from "./signalling.js";
import { recall } from "./storage.js";

const $ = (selector) => document.querySelector(selector);

function buildRoom(config) {
  const devices = new Devices();
  const room = { config, $, devices, people: new People() };
  room.signalling = new Signalling(config.urls.socket);
  room.level = new Level();
  room.announcer = new Announcer($("#announcer"));
  room.notices = new Notices($("#notices"), $("#notice-template"));
  room.sounds = new Sounds();
  room.side = new Side($("#side"), $("#room-bar"));
  room.source = new MediaSource(devices, () => ({
    constraints: room.session.worn.picture?.constraints ?? {},
    quality: quality(),
    picture: config.urls.sample,
  }));
  room.session = new RoomSession({ signalling: room.signalling, source: room.source, facts: () => facts(room) });
  return room;
}

const quality = () => recall("quality", "standard");

function facts({ config, session, $, values, own }) {
  return {
    // Its address may have changed since this page was loaded.
    room: (session.room ?? config.room).slug,
    invitation: config.invitation,
    name: $("#name").value.trim(),
    // As many sections at once as there are people, as far as we know: it spares an offer.
    people: Math.min(Math.max(1, config.room.people), config.room.limit),
    values,
    quality: quality(),
    own: own(),
  };
}

const room = buildRoom(JSON.parse($("#config").textContent));
joinDevices(room);
joinPrejoin(room);
joinConnection(room);
joinTiles(room);
joinView(room);
joinChat(room);
joinPeopleList(room);
joinRename(room);
joinProcessors(room);
joinMarks(room);
joinScreen(room);
joinInvite(room);
joinModeration(room);
joinRecording(room);
joinMore(room);
joinFigures(room);
joinComings(room);
joinSlow(room);
joinStates(room);
offerToTools(room);
// Open before it is needed: Join should cost one round trip less.
room.signalling.open();
