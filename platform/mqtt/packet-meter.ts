/** Says whether a connection may go on after these bytes. */
export type PacketMeter = (bytes: Uint8Array) => boolean;

/**
 * Follows the lengths that MQTT packets say of themselves, and stops at the first that is larger than what is
 * allowed then. It stands before the parser, which would gather a packet of 256 MiB before anybody looks at it.
 * @param mostBytes of one packet, as it is allowed at this moment
 */
export function packetMeter(mostBytes: () => number): PacketMeter {
  /** Of the packet under way, still to come. */
  let restBytes = 0;
  /** Of its header, read so far; `null` between packets. */
  let header: { bytes: number; length: number; factor: number } | null = null;

  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (restBytes > 0) {
        const taken = Math.min(restBytes, bytes.length - at);
        restBytes -= taken;
        at += taken;
        continue;
      }
      const byte = bytes[at] as number;
      at += 1;
      if (header === null) {
        header = { bytes: 1, length: 0, factor: 1 };
        continue;
      }
      header.bytes += 1;
      header.length += (byte & 0x7f) * header.factor;
      header.factor *= 128;
      if (header.bytes + header.length > mostBytes()) return false;
      if ((byte & 0x80) !== 0) {
        if (header.bytes === 5) return false; // no length has more than four bytes
        continue;
      }
      restBytes = header.length;
      header = null;
    }
    return true;
  };
}
