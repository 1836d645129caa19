" Vim syntax file for mml. Made by docs/editors/generate.py from the program's own tables;
" do not edit. At one place the rule that stands last wins.
if exists("b:current_syntax")
  finish
endif

syn case match

let s:end = '([A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff0-9\U00000300-\U0000036f\U000020d0-\U000020f0₀-₎ₐ-ₜᵢ-ᵪⱼ])@!'
let s:name = '%([A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff][A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff0-9\U00000300-\U0000036f\U000020d0-\U000020f0₀-₎ₐ-ₜᵢ-ᵪⱼ]*|[∞∑∏])'

syn match mmlForeign /\v%(\%|\&|\||\@|\?|∧|∨|¬|→|←|±|∉)/
syn match mmlSeparator /\v%(,|;)/
syn match mmlBracket /\v%(\(|\)|\[|\]|\{|\})/
syn match mmlOperator /\v%(\+|\-|\*|\/|\\|\^|\<|\>|≈|×|⋅|·|÷|−|≤|≥|≠|∈|\=|\~|:|\.|'|′|!|√|∇|‖|ᵀ)/
syn match mmlForeign /\v%(\*\*|\%\%|\&\&|\|\||\~\=|\<\>|\=!|\<\-|:\=|\=\>|\=\<|\+\+|\-\-|!!|\/\/|\.\.|\.')/
syn match mmlOperator /\v%(\.\+|\.\-|\.\*|\.\/|\.\\|\.\^|\=\=|!\=|\<\=|\>\=|\.\<|\.\>|\+\=|\-\=|\*\=|\/\=|\^\=|\-\>|\|\>)/
syn match mmlForeign /\v%(\%\*\%|\%\/\%|!\=\=|\=\=\=|\.\.\.)/
syn match mmlOperator /\v%(\.\=\=|\.!\=|\.\<\=|\.\>\=)/
syn match mmlForeign /\v%(\%in\%)/
syn match mmlOperator /\v⁻?[⁰¹²³⁴-⁹]+/
execute 'syn match mmlName /\v' . s:name . '/'
execute 'syn match mmlBuiltin /\v%(∑)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(∏)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(Σ)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(Π)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(zeros|zip|zscore)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(xlogy)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(wolfe|write)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(var|variation|vec|vjp)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(unique)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(table|tan|tangent|tanh|taylor|taylor_coefficients|terms|trace|tril|triu)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(sample|search_box|seed|sgd|shuffle|sigmoid|sign|simplify|sin|sinc|sinc_derivative|sinh|size|softmax|softplus|solve|sort|sqrt|sqrtm|standardise|std|steps|sum|svd|svdvals)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(r2|rand|randn|random_point|rank|read|real|record|regress|relu|reshape|residuals|reverse|rmsprop|root|roots|round|rows|rref)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(qr|quantile)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(penalty|pinv|poisson_pmf|polygamma|polynomial|pow|predict|print|prod|proj|project_ball|project_simplex|projected|proximal)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(ode|ones|order|orth)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(nearest|nesterov|newton|newton_root|norm|normal_cdf|normal_pdf|null)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(max|maximize|mean|median|min|minibatch|minimize|mod|momentum|mse|multistart)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(lagrangian|laplacian|latex|lbfgs|length|limit|linearize|linspace|ln|log|log10|log1p|log2|logdet|loggamma|logm|logsigmoid|logsumexp|lu)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(kkt|kron)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(jacobian|jvp)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(imag|integrate|inv|is_symmetric|iterate)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(hessian|hvp|hypot)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(gammafn|gcd|gd|gradient|gram_schmidt)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(factorial|find|fit|floor|frac|fsolve)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(eig|eigvals|erf|erfc|exp|expm|expm1|eye)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(derivative|det|diag|diff|diffs|digamma|directional|dot|dual)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(cbrt|ceil|check|cholesky|clamp|classify|cofactor|cols|complex|cond|conj|convex|coordinate|cor|cos|cosh|cov|cross|cumprod|cumsum)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(backprop|batches|betafn|bfgs|binomial|binomial_pmf)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(abs|acos|acosh|adagrad|adam|add_to_basins|all|angle|anneal|any|arg|argmax|argmin|armijo|asin|asinh|assert|atan|atan2|atanh)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(Sigma)' . s:end . '/'
execute 'syn match mmlBuiltin /\v%(Pi)' . s:end . '/'
execute 'syn match mmlConstant /\v%(e|inf|nan|pi|π|∞)' . s:end . '/'
execute 'syn match mmlHead /\v%(argmin|argmax|minimize|maximize|fit)([ \t]+%([A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff∞∑∏0-9([{√∇‖\"]|\.[0-9]|-[^ \t]))@=([ \t]+%(if|then|elseif|else|end|for|while|do|break|continue|return|otherwise|in|and|or|not|true|false|over|from|using|s\.t\.)' . s:end . ')@!/'
execute 'syn match mmlClear /\vclear([ \t]+[A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff])@=([ \t]+%(if|then|elseif|else|end|for|while|do|break|continue|return|otherwise|in|and|or|not|true|false|over|from|using|s\.t\.)' . s:end . ')@!/'
execute 'syn match mmlDefinition /\v' . s:name . '(\(%([^()]|\(%([^()]|\([^()]*\))*\))*\)[ \t]*\=(\=)@!)@=/'
execute 'syn match mmlBoolean /\v%(true|false)' . s:end . '/'
execute 'syn match mmlWordOperator /\v%(in|and|or|not)' . s:end . '/'
execute 'syn match mmlKeyword /\v%(if|then|elseif|else|end|for|while|do|break|continue|return|otherwise)' . s:end . '/'
execute 'syn match mmlName /\v%(if|then|elseif|else|end|for|while|do|break|continue|return|otherwise|in|and|or|not|true|false)' . s:end . '([ 	]*\=(\=)@!)@=/'
execute 'syn match mmlNumber /\v%(0[xX][0-9a-fA-F]+%(_[0-9a-fA-F]+)*|0[oO][0-7]+%(_[0-7]+)*|0[bB][01]+%(_[01]+)*|%([0-9]+%(_[0-9]+)*%(\.[0-9]+%(_[0-9]+)*|\.([ \t,;)\]}#]|$)@=)?|\.[0-9]+%(_[0-9]+)*)%([eE][+\-]?[0-9]+%(_[0-9]+)*)?%(%(i|deg)' . s:end . ')?)/'
execute 'syn match mmlField /\v([ \t([{,;])@<!(\.)(' . s:name . ')/ contains=mmlDot'
execute 'syn match mmlClause /\v(^[ \t]*)@<=(%(over|from|using|s\.t\.))([ \t]+%([A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff∞∑∏0-9([{√∇‖\"]|\.[0-9]|-[^ \t]))@=([ \t]+%(if|then|elseif|else|end|for|while|do|break|continue|return|otherwise|in|and|or|not|true|false|over|from|using|s\.t\.)' . s:end . ')@!/'
syn match mmlClause /\v([A-Za-z_ªµºÀ-ÖØ-öø-ʯͰ-ͳͶͷͻ-ͽΆΈ-\U00001d2b\U00001d6b-\U00001ffcℂℊ-ℓℕℙ-ℝℤΩℨ-ℭℯ-ℴℼ-ℿⅅ-ⅉ\U00002c00-\U00002dff\U00003040-\U0000d7ff\U0000f900-\U0000fdffＡ-Ｚａ-ｚ\U00010000-\U000effff0-9\U00000300-\U0000036f\U000020d0-\U000020f0₀-₎ₐ-ₜᵢ-ᵪⱼ∞∑∏)\]}'′!‖"⁰¹²³⁴-⁹ᵀ.][ \t]+)@<=(%(over|from|using|s\.t\.))([ \t]|$)@=/
execute 'syn match mmlName /\v(%(in|and|or|not))([ \t]+)(%(over|from|using))' . s:end . '/ contains=mmlWordOperator'
execute 'syn match mmlName /\v(%(if|then|elseif|else|end|for|while|do|break|continue|return|otherwise))([ \t]+)(%(over|from|using))' . s:end . '/ contains=mmlKeyword'

syn match mmlDot /\./ contained
syn match mmlComment /#.*/
syn match mmlBadEscape /\\.\|}/ contained
syn match mmlEscape /\\[nt"\\{}]/ contained
syn region mmlText matchgroup=mmlQuote start=/"/ end=/"\|$/ contains=mmlEscape,mmlBadEscape,mmlInterpolation
syn region mmlInterpolation matchgroup=mmlHole start=/{/ end=/}\|$/ contained contains=@mmlExpression,mmlFormatSign,mmlFormat,mmlNested
syn match mmlFormatSign /:\ze\v[<>]?\+?[0-9]*%(\.[0-9]+)?[defg%]?\}/ contained
syn match mmlFormat /\v(:)@<=[<>]?\+?[0-9]*%(\.[0-9]+)?[defg%]?(\})@=/ contained
syn region mmlNested matchgroup=mmlBracket start=/(/ end=/)\|$/ contained contains=@mmlExpression,mmlNested
syn region mmlNested matchgroup=mmlBracket start=/\[/ end=/\]\|$/ contained contains=@mmlExpression,mmlNested
syn region mmlNested matchgroup=mmlBracket start=/{/ end=/}\|$/ contained contains=@mmlExpression,mmlNested
syn cluster mmlExpression contains=mmlText,mmlComment,mmlBoolean,mmlBracket,mmlBuiltin,mmlClause,mmlClear,mmlConstant,mmlDefinition,mmlField,mmlForeign,mmlHead,mmlKeyword,mmlName,mmlNumber,mmlOperator,mmlSeparator,mmlWordOperator

syn sync minlines=1

hi def link mmlComment Comment
hi def link mmlText String
hi def link mmlQuote String
hi def link mmlEscape SpecialChar
hi def link mmlBadEscape Error
hi def link mmlHole Delimiter
hi def link mmlFormat SpecialChar
hi def link mmlNumber Number
hi def link mmlKeyword Statement
hi def link mmlWordOperator Operator
hi def link mmlBoolean Boolean
hi def link mmlHead Statement
hi def link mmlClause Statement
hi def link mmlClear Statement
hi def link mmlDefinition Function
hi def link mmlBuiltin Identifier
hi def link mmlConstant Constant
hi def link mmlOperator Operator
hi def link mmlForeign Error
hi def link mmlDot Operator
hi def link mmlFormatSign Delimiter

let b:current_syntax = "mml"
