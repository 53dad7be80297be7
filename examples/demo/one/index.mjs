// What a cup costs.
const prices = { green: 3.2, black: 2.8, white: 4.5 };

export const handler = async ({ tea = "green" }) => ({ tea, price: prices[tea] });
