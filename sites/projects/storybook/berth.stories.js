import hills from "./content/hills.png?url";

export default { title: "Berth", render: ({ name }) => `<h1>Berth ${name}</h1><img src="${hills}" alt="Hills">` };

export const Free = { args: { name: "free" } };
export const Taken = { args: { name: "taken" } };
