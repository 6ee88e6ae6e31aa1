// SPDX-License-Identifier: Apache-2.0
// Defaults of the Mantine components. The values themselves (colours, fonts) are in theme.css,
// because style elements made at run time would need a looser content security policy.
import { createTheme, Modal, Popover, Tooltip } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "blue",
  defaultRadius: "sm",
  components: {
    // The scroll lock adds a style element to the page; our dialogs do without it.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, radius: "md" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: true } }),
    Popover: Popover.extend({ defaultProps: { shadow: "md" } }),
  },
});
