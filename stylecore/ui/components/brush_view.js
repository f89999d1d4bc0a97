// The part of a photograph that is seen through a window: how large, and from where.
const MOST_ZOOM = 8

class View {
  constructor(frame, sheet) {
    Object.assign(this, { frame, sheet, zoom: 1, x: 0, y: 0 })
  }

  // Zooms about a point of the screen, which stays where it is.
  zoomBy(factor, at = this.middle()) {
    const zoom = Math.min(Math.max(this.zoom * factor, 1), MOST_ZOOM)
    const { left, top } = this.frame.getBoundingClientRect()
    this.x = at.x - left - ((at.x - left - this.x) * zoom) / this.zoom
    this.y = at.y - top - ((at.y - top - this.y) * zoom) / this.zoom
    this.zoom = zoom
    this.panBy(0, 0)
  }

  // Moves the photograph, as far as its edges allow.
  panBy(dx, dy) {
    const { clientWidth, clientHeight } = this.frame
    if (!clientWidth) return // not laid out yet
    this.x = Math.min(0, Math.max(this.x + dx, clientWidth * (1 - this.zoom)))
    this.y = Math.min(0, Math.max(this.y + dy, clientHeight * (1 - this.zoom)))
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`
  }

  middle() {
    const { left, top, width, height } = this.frame.getBoundingClientRect()
    return { x: left + width / 2, y: top + height / 2 }
  }

  // A point of the screen in pixels of a mask of this width.
  toMask(at, width) {
    const box = this.sheet.getBoundingClientRect()
    const pixel = width / box.width
    return { x: (at.x - box.left) * pixel, y: (at.y - box.top) * pixel }
  }

  // A point of such a mask in pixels of the window.
  toFrame(at, width) {
    const pixel = this.pixel(width)
    return { x: this.x + at.x * pixel, y: this.y + at.y * pixel }
  }

  // Pixels of the screen to one of such a mask.
  pixel(width) {
    return this.sheet.getBoundingClientRect().width / width
  }
}
