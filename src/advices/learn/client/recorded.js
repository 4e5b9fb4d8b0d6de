// What the built page holds of a lab: blocks of code, and what was recorded of each.

export const textOf = (block) => block.querySelector("code").textContent.replace(/\n$/, "");

const isMark = (node, text) => node?.nodeType === Node.COMMENT_NODE && node.data.trim() === text;

// What stands between the marks of an output behind a block of code (src/advices/site/lab_page.py).
export const recordedOf = (block) => {
  const found = [];
  let next = block.nextSibling;
  while (isMark(skipBlank(next), "out")) {
    next = skipBlank(next).nextSibling;
    for (; next && !isMark(next, "/out"); next = next.nextSibling) found.push(next);
    next = next?.nextSibling;
  }
  return found;
};

const skipBlank = (node) => {
  while (node?.nodeType === Node.TEXT_NODE && !node.data.trim()) node = node.nextSibling;
  return node;
};
