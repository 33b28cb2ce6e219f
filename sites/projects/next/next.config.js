module.exports = { output: "export", trailingSlash: process.env.FORM === "slash", images: { unoptimized: true } };
