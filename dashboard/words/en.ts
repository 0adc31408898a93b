/**
 * Every word of the dashboard, in English. Another language is another file of this shape. A message
 * with something in it is a function; what it is given is formatted already.
 */
export const en = {
  frame: {
    product: "RustProxy",
    lightTheme: "Light theme",
    darkTheme: "Dark theme",
  },
};
