export const handler = async (event) => ({ sent: (event.recipients ?? []).length });
