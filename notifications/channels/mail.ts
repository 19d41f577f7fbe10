import { createTransport } from "nodemailer";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import type { MailConfig } from "../config.ts";
import { type Language, mailOf } from "../wording.ts";
import type { Channel } from "./channel.ts";

export interface Mailer {
  channelTo(address: string, language: Language): Channel;
  close(): void;
}

/**
 * Mail over one server; a connection for each message, so that nothing of a broken one is left over. Every address
 * gets a message of its own: that one is refused says nothing of the others. The message's key is its Message-ID, so
 * a mail that had to be sent twice is known as one.
 */
export function mailer(config: MailConfig, password: string | null, timeoutMs: number): Mailer {
  const { host, port, security, user, from } = config;
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user !== undefined && password !== null && { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.indexOf("@") + 1);
  return {
    channelTo: (address, language) => ({
      send: async (message) => {
        const { subject, text } = mailOf(message, language);
        const urgent = message.events.some(({ priority }) => priority === 1);
        try {
          await transport.sendMail({
            from,
            to: address,
            subject,
            text,
            date: new Date(message.createdAtMs),
            messageId: `<${message.key.replace(/[^A-Za-z0-9._-]/g, "_")}@${domain}>`,
            headers: { "Auto-Submitted": "auto-generated", "Content-Language": language },
            ...(urgent && { priority: "high" as const }),
          });
        } catch (error) {
          throw new OperationalError("notification-failed", `${host}:${port}: ${firstLine(error)}`, {
            cause: error,
          });
        }
      },
    }),
    close: () => transport.close(),
  };
}

function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0]?.slice(0, 300) ?? "";
}
