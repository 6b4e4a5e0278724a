// What every page has.
import { tendMenus } from "./menus.js";
import { tendThemeMenu } from "./theme_menu.js";

tendMenus();
tendThemeMenu(document.querySelector(".theme-menu"));
