// The name in rooms: the account's, or another that was written here; each account of this browser has its own.
import { forget, recall, remember } from "./storage.js";

const keyFor = ({ me }) => `room.name.${me.name}`;

export const recallName = (config) => recall(keyFor(config), config.me.name);

export function rememberName(config, name) {
  if (name === config.me.name) forget(keyFor(config));
  else remember(keyFor(config), name);
}
