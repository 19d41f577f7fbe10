import type { Notification } from "../../contracts/notification.ts";

/** Brings a message to one recipient. */
export interface Channel {
  /**
   * One attempt. What arrives twice carries the same key twice.
   * @param text the message as it goes out
   * @throws OperationalError `notification-failed`, with a reason that holds no secret
   */
  send(message: Notification, text: string, signal: AbortSignal): Promise<void>;
}
