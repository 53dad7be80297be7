// What a cup costs, and what a pot does.
const prices = { green: 3.2, black: 2.8, white: 4.5 };

export const handler = async ({ tea = "green", cups = 4 }) => ({
  tea,
  price: prices[tea],
  pot: prices[tea] * cups * 0.9,
});
