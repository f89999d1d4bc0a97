// Writes the words of a component, in the language of the page, where its HTML names them.
function say(root, words) {
  for (const [attribute, write] of Object.entries(WRITERS)) {
    for (const element of root.querySelectorAll(`[data-${attribute}]`)) {
      const word = words[element.getAttribute(`data-${attribute}`)]
      if (element.dataset[`said${attribute}`] === word) continue // a screen reader would say it again
      element.dataset[`said${attribute}`] = word
      write(element, word)
    }
  }
}

const WRITERS = {
  word: (element, word) => (element.textContent = word),
  hint: (element, word) => (element.title = word),
  name: (element, word) => element.setAttribute("aria-label", word),
}

// A template of the page's language with its values.
function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name])
}
