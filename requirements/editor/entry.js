// What the pages use of two libraries; esbuild makes one file of it, client/vendored.js.
import "prism-code-editor/layout.css";
import "prism-code-editor/languages/docker";
import "prism-code-editor/languages/python";
import "prism-code-editor/prism/languages/docker";
import "prism-code-editor/prism/languages/python";

export { diffLines } from "diff";
export { createEditor } from "prism-code-editor";
export { defaultKeymap, editHistory, editorCommands } from "prism-code-editor/commands";
export { highlightText } from "prism-code-editor/prism";
export { insertText } from "prism-code-editor/utils";
