/** Responses to requests that are refused. */

/** Returns a response with a message, which never repeats what the request has sent. */
export const refusal = (status: number, message: string): Response => Response.json({ message }, { status });
